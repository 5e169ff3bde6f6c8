# Where Debian expects things.
