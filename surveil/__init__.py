"""surveil: sales-practice surveillance, from a firm's extracts to the regulator's answer."""

__version__ = "0.1.0"
