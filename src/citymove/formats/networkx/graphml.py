"""GraphML files of road graphs, as `osmnx.save_graphml` writes and `osmnx.load_graphml` reads."""

from io import BytesIO
from pathlib import Path
from xml.etree.ElementTree import ParseError

import networkx as nx

from citymove.foundation.errors import InputError
from citymove.foundation.whole_files import write_bytes


def write_graphml(graph: "nx.MultiDiGraph[int]", path: Path) -> None:
    """Write a graph; every value becomes text, as osmnx has it."""
    texts: nx.MultiDiGraph[int] = nx.MultiDiGraph()
    texts.graph.update((key, str(value)) for key, value in graph.graph.items())
    for node, data in graph.nodes(data=True):
        texts.add_node(node, **{str(key): str(value) for key, value in data.items()})
    for tail, head, key, data in graph.edges(keys=True, data=True):
        texts.add_edge(tail, head, key, **{str(k): str(value) for k, value in data.items()})
    buffer = BytesIO()
    nx.write_graphml(texts, buffer)
    write_bytes(path, buffer.getvalue())


def read_graphml(path: Path) -> "nx.MultiDiGraph[int]":
    """Return the graph of a file, all values as they stand there.

    Raises
    ------
    InputError
        The file is missing, or is no GraphML of a directed graph.
    """
    if not path.is_file():
        raise InputError("does not exist", file=path, remedy="check the path of the graph")
    try:
        graph = nx.read_graphml(path, force_multigraph=True)
    except (ParseError, nx.NetworkXError, ValueError, KeyError, TypeError) as error:
        raise InputError(
            f"is no readable GraphML ({str(error).splitlines()[0] if str(error) else 'damaged'})",
            file=path,
            remedy="save the graph again",
        ) from None
    if not isinstance(graph, nx.MultiDiGraph):
        raise InputError(
            "must hold a directed graph",
            file=path,
            remedy="save the graph as osmnx returns it, before it is made undirected",
        )
    return graph
