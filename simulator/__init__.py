"""What stands in for Alexa, the Echo and the home: for tests and for `make play`."""
