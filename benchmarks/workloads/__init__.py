"""One file a workload: what is measured, written once for each side.

`TITLE` says what it is; `CASES` maps a case's name to the arguments of its sides. A function named for a side
(`cleargrad`, `torch`, `hips`; `torch_fused` for a variant) sets up and returns the function to measure: what one call
takes is timed, or, if it returns a float, that is the figure. A side may return None for a case that it cannot do.
`TARGETS` holds the largest ratio to a side that each case may have. `MEMORY` marks training steps, whose peak memory is
measured too. Our side runs on NumPy alone; `cleargrad_fast` is a variant with compiled loops.
"""
