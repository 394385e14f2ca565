"""Where the rows of a source are: read, brought to what a layer stores, mended."""
