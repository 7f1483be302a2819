"""The scoreboard: what a scan found, held against an answer key.

It reads promised outputs only (rankings, findings, alerts, answer keys, feeds) and nothing of how surveil
came to them, so that anyone can check the numbers, or score another tool by them.
"""

from surveil.evaluate.answers import AnswerKey
from surveil.evaluate.outputs import Outputs
from surveil.evaluate.scoreboard import Scoreboard
from surveil.evaluate.scoring import score
from surveil.evaluate.seeds import Aggregate, Interval, aggregate, mean_interval, paired_difference

__all__ = [
    "Aggregate",
    "AnswerKey",
    "Interval",
    "Outputs",
    "Scoreboard",
    "aggregate",
    "mean_interval",
    "paired_difference",
    "score",
]
