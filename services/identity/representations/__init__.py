"""Who acts for whom: asked for, granted, ended; and the token with which they do (I11, I12)."""
