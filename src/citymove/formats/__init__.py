"""Every format in and out; formats know facts and nothing above them."""
