"""Speed and memory beside PyTorch's and HIPS autograd's, as ratios measured in turns: `python -m benchmarks --help`."""
