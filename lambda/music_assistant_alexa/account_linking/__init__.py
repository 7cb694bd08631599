"""Account linking for the Music Skill: an OAuth 2.0 authorization server for one household (RFC 6749, 7636, 9700).

`/authorize` asks for the household's passphrase, `/token` hands out tokens, and `Grants.authorize` looks at the one a
directive brings. Off unless the template's parameter turns it on; loaded only then.
"""
