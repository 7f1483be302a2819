"""What ties people, contacts, devices and openers together: measured in a run, made into a graph for one alert."""

from surveil.links.drawing import svg
from surveil.links.graph import Edge, Graph, Node, Scope, graph_of
from surveil.links.measure import LINK_COLUMNS, LINK_MODELS, links
from surveil.links.people import name_key, same_people

__all__ = [
    "LINK_COLUMNS",
    "LINK_MODELS",
    "Edge",
    "Graph",
    "Node",
    "Scope",
    "graph_of",
    "links",
    "name_key",
    "same_people",
    "svg",
]
