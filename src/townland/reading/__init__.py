"""Reading what a bureau hands over: one module for each kind of source."""
