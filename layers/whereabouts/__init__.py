"""Where a source says its features are, whether that can be, and what speaks against it.

`city` says where the city lies; `rows` checks every row against it; `numbers` tells what
coordinates look like that lie elsewhere; `agreement` compares geometry with coordinate columns;
`declared` holds the mapping against what the source declares; `pairs` finds the same features in
the base, and `datum` reads from them which datum the source is really in. All of it proposes; the
planner decides by ``--crs``.
"""
