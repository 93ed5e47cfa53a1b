"""The explorers: a convolution that one can move, as the output of a cell or on a page."""
