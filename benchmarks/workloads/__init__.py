"""The workloads, one per file, each with a function per side.

`TITLE` describes the workload; `CASES` maps the name of a case to the arguments of its sides. A function named after a
side (`cleargrad`, `torch`, `hips`; `torch_fused` for a variant) sets up and returns the function to measure: a call of
it is timed, or, if it returns a float, that is the figure. A side may return None for a case that it does not support.
`TARGETS` holds the largest allowed ratio to a side for each case. `MEMORY` marks training steps, whose peak memory is
measured too. Our side runs on NumPy alone; `cleargrad_fast` is a variant with compiled loops.
"""
