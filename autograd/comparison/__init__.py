"""The ways to differentiate, side by side on one function: `measuring` what each gives and costs, and the `tables`."""

from .measuring import compare as compare
