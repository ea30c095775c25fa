"""Who travels, from where to where and when."""
