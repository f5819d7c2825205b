"""Speed and memory in comparison with PyTorch and HIPS autograd, measured in turns: `python -m benchmarks --help`."""
