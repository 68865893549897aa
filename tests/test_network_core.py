"""Shortest paths, contraction and loads: true on any graph, with scipy's Dijkstra as the oracle."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse

from landbridge.network import core, paths
from landbridge.network.ordering import elimination_tree, terminals_last


@st.composite
def graphs(draw):
    """Random multigraphs with loops, parallel and closed links; features, weights made of them, and some anchors."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    n_nodes, n_links = draw(st.integers(2, 30)), draw(st.integers(1, 60))
    tail, head = rng.integers(0, n_nodes, (2, n_links))
    features = rng.integers(0, 4, (n_links, 3)).astype(float)
    weights = features @ rng.uniform(0.1, 300.0, 3)
    weights[rng.random(n_links) < draw(st.sampled_from([0.0, 0.2]))] = np.inf
    anchors = rng.choice(n_nodes, min(n_nodes, 6), replace=False)
    return tail, head, weights, features, anchors, n_nodes


def _hierarchy(tail, head, n_nodes, terminals=None):
    rng = np.random.default_rng(0)
    return paths.Hierarchy(tail, head, rng.uniform(-60, 60, n_nodes), rng.uniform(-180, 180, n_nodes), terminals)


needs_hierarchy = pytest.mark.skipif(paths.routingkit is None, reason="routingkit-cch has no wheel for this platform")


@needs_hierarchy
@given(graphs())
def test_hierarchy_distances_equal_dijkstra(graph):
    tail, head, weights, _, anchors, n_nodes = graph
    oracle = paths.Dijkstra(tail, head, n_nodes)
    fast = _hierarchy(tail, head, n_nodes)
    everywhere = np.arange(n_nodes)
    np.testing.assert_allclose(fast.pairs(weights, anchors), oracle.pairs(weights, anchors), rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(
        fast.distances(weights, anchors, everywhere), oracle.distances(weights, anchors, everywhere), 1e-4, 1e-5
    )


@needs_hierarchy
def test_hierarchy_keeps_small_distances_when_the_graph_is_large():
    side = 220
    node = np.arange(side * side).reshape(side, side)
    tail = np.concatenate([node[:, :-1].ravel(), node[:-1].ravel()])
    head = np.concatenate([node[:, 1:].ravel(), node[1:].ravel()])
    weights = np.random.default_rng(1).uniform(0.5, 500.0, len(tail))
    lat, lon = np.repeat(np.linspace(-60, 60, side), side), np.tile(np.linspace(-170, 170, side), side)
    some = np.array([0, 1, 2, side, 20_000, 20_001, side * side - 1])
    found = paths.Hierarchy(tail, head, lat, lon).distances(weights, some, some)
    np.testing.assert_allclose(found, paths.Dijkstra(tail, head, side * side).pairs(weights, some), rtol=1e-4)


@needs_hierarchy
def test_reweighting_gives_the_new_distances():
    tail, head = np.array([0, 1, 0]), np.array([1, 2, 2])
    hierarchy = _hierarchy(tail, head, 3)
    ends = np.array([0, 2])
    assert hierarchy.pairs(np.array([1.0, 1.0, 5.0]), ends)[0, 1] == pytest.approx(2.0)
    assert hierarchy.pairs(np.array([1.0, np.inf, 5.0]), ends)[0, 1] == pytest.approx(5.0)
    assert hierarchy.pairs(np.array([1.0, np.inf, np.inf]), ends)[0, 1] == np.inf


@needs_hierarchy
@pytest.mark.parametrize("wrong", [-1.0, np.nan])
def test_weights_that_are_no_costs_are_refused(wrong):
    hierarchy = _hierarchy(np.array([0]), np.array([1]), 2)
    with pytest.raises(ValueError, match="zero, positive or infinite"):
        hierarchy.pairs(np.array([wrong]), np.array([0, 1]))


@given(graphs())
def test_contraction_keeps_distances_among_anchors(graph):
    tail, head, weights, features, anchors, n_nodes = graph
    is_open = np.isfinite(weights)
    small = core.contract(tail[is_open], head[is_open], anchors, sparse.csr_matrix(features[is_open]))
    before = paths.Dijkstra(tail, head, n_nodes).pairs(weights, anchors)
    after = paths.Dijkstra(small.tail, small.head, len(small.nodes)).pairs(
        small.members @ weights[is_open], small.anchors
    )
    np.testing.assert_allclose(after, before)


def test_contraction_leaves_only_the_anchors_of_a_chain_with_dead_ends():
    tail, head = np.array([0, 1, 2, 1, 4, 5]), np.array([1, 2, 3, 4, 5, 6])
    small = core.contract(tail, head, np.array([0, 3]), sparse.csr_matrix(np.ones((6, 1))))
    assert small.nodes.tolist() == [0, 3]
    assert (small.members @ np.array([1.0, 2.0, 4.0, 8.0, 16.0, 32.0])).tolist() == [7.0]


@given(graphs())
def test_path_is_connected_and_as_long_as_the_distance(graph):
    tail, head, weights, _, anchors, n_nodes = graph
    path = core.shortest_path(tail, head, weights, n_nodes, anchors[0], anchors[-1])
    assert path.length == pytest.approx(paths.Dijkstra(tail, head, n_nodes).pairs(weights, anchors)[0, -1])
    if np.isfinite(path.length):
        assert weights[path.links].sum() == pytest.approx(path.length)
        for link, start, end in zip(path.links, path.nodes[:-1], path.nodes[1:], strict=True):
            assert {tail[link], head[link]} == {start, end}


@given(graphs())
def test_loads_add_up(graph):
    tail, head, weights, _, anchors, n_nodes = graph
    trees = core.shortest_trees(tail, head, weights, n_nodes, anchors)
    sent = np.random.default_rng(0).random((len(anchors), n_nodes)) * np.isfinite(trees.distance)
    source, target = (each.ravel() for each in np.indices(sent.shape))
    loads = core.passed_by(trees, source, target, len(tail)) @ sent.ravel()
    assert (loads >= 0.0).all()
    used = loads > 0.0
    travelled = np.where(np.isfinite(trees.distance), trees.distance, 0.0)
    np.testing.assert_allclose((loads * np.where(used, weights, 0.0)).sum(), (sent * travelled).sum(), atol=1e-9)


@given(graphs())
def test_elimination_tree_leads_to_the_first_node_that_elimination_joins(graph):
    tail, head, *_, n_nodes = graph
    joined = [set() for _ in range(n_nodes)]
    for one, other in zip(tail, head, strict=True):
        joined[min(one, other)] |= {int(max(one, other))} - {int(min(one, other))}
    for above in joined:
        if above:
            joined[min(above)] |= above - {min(above)}
    first = [min(above, default=-1) for above in joined]
    assert elimination_tree(tail, head, n_nodes).tolist() == first


@given(graphs(), st.integers(1, 40))
def test_terminals_come_last_in_their_cells_and_no_node_is_lost(graph, cell):
    tail, head, *_, anchors, n_nodes = graph
    order = np.random.default_rng(0).permutation(n_nodes)
    found = terminals_last(order, tail, head, anchors, cell)
    assert sorted(found.tolist()) == list(range(n_nodes))
    others = ~np.isin(order, anchors)
    assert found[~np.isin(found, anchors)].tolist() == order[others].tolist()
    if cell >= n_nodes and len(np.unique(core.components(tail, head, n_nodes))) == 1:
        assert set(found[-len(anchors) :].tolist()) == set(anchors.tolist())


def _with_a_few_changes(weights, seed):
    rng = np.random.default_rng(seed)
    several = [weights]
    for _ in range(3):
        changed = weights.copy()
        some = rng.random(len(weights)) < 0.2
        changed[some] = rng.choice([0.5, 3.0, np.inf], some.sum()) * rng.uniform(1.0, 900.0, some.sum())
        several.append(changed)
    return [*several, weights]


@needs_hierarchy
@given(graphs(), st.integers(0, 2**32 - 1))
def test_distances_after_changes_of_a_few_links_equal_those_found_anew(graph, seed):
    tail, head, weights, _, anchors, n_nodes = graph
    several = _with_a_few_changes(weights, seed)
    found = _hierarchy(tail, head, n_nodes, anchors).pairs_of_each(several, anchors)
    exact = paths.Dijkstra(tail, head, n_nodes).pairs_of_each(several, anchors)
    for mine, theirs in zip(found, exact, strict=True):
        np.testing.assert_allclose(mine, theirs, rtol=1e-4, atol=1e-4)


@needs_hierarchy
@given(graphs(), st.integers(0, 2**32 - 1))
def test_routes_after_changes_of_a_few_links_are_as_long_as_the_distances(graph, seed):
    tail, head, weights, _, anchors, n_nodes = graph
    several = _with_a_few_changes(weights, seed)
    routes = _hierarchy(tail, head, n_nodes).routes_of_each(several, anchors)
    for each, found in zip(several, routes, strict=True):
        exact = paths.Dijkstra(tail, head, n_nodes).pairs(each, anchors)
        served = np.zeros(exact.shape, dtype=int)
        for ways in found:
            taken = np.flatnonzero((ways.share == 1.0) & np.isfinite(exact[ways.source, ways.target]))
            served[ways.source, ways.target] += ways.share.astype(int)
            length = ways.passed[:, taken].T @ np.where(np.isfinite(each), each, 1e9)
            np.testing.assert_allclose(length, exact[ways.source, ways.target][taken], rtol=1e-4, atol=1e-2)
        assert (served + served.T == 1 - np.eye(len(anchors), dtype=int)).all()


@needs_hierarchy
@given(graphs())
def test_trees_of_the_hierarchy_reach_every_node_by_a_cheapest_path(graph):
    tail, head, weights, _, anchors, n_nodes = graph
    fast = _hierarchy(tail, head, n_nodes).trees(weights, anchors)
    slow = core.shortest_trees(tail, head, weights, n_nodes, anchors)
    np.testing.assert_allclose(fast.distance, slow.distance, rtol=1e-4, atol=1e-2)
    assert ((fast.before >= 0) == (slow.before >= 0)).all()
    source, node = np.nonzero(fast.link >= 0)
    step = weights[fast.link[source, node]]
    walked = slow.distance[source, fast.before[source, node]] + step
    np.testing.assert_allclose(walked, slow.distance[source, node], rtol=1e-4, atol=1e-2)


@given(graphs())
def test_a_path_is_made_of_the_links_on_the_way_from_its_target_to_its_source(graph):
    tail, head, weights, _, anchors, n_nodes = graph
    trees = core.shortest_trees(tail, head, weights, n_nodes, anchors)
    source, target = (axis.ravel() for axis in np.indices((len(anchors), n_nodes)))
    passed = core.passed_by(trees, source, target, len(weights)).toarray()
    for path, (row, node) in enumerate(zip(source, target, strict=True)):
        way = []
        while trees.before[row, node] >= 0:
            way.append(trees.link[row, node])
            node = trees.before[row, node]
        assert passed[:, path].nonzero()[0].tolist() == sorted(way)
    assert passed.max(initial=0) <= 1
    joined = np.isfinite(trees.distance[source, target])
    cost = passed.T @ np.where(np.isfinite(weights), weights, 0.0)
    np.testing.assert_allclose(cost[joined], trees.distance[source, target][joined], rtol=1e-9, atol=1e-9)
    assert (cost[~joined] == 0.0).all()
