"""Equilibrium by paired alternative segments: exact to the last digits, on origin flows.

Flows are told apart by origin, on links (on *steps* where turns are banned). A round:

1. All cheapest trees at fixed costs (`row_trees`). They give the exact relative gap.
2. Where an origin uses a link off its tree, dearer than what the gap allows, flow is traced back
   from its tail along the link that carries most of this origin, until the trace meets the tree's
   path to its head: two *segments* between the same ends (`build_pairs`). A trace that closes on
   itself has found a cycle, which is cancelled. The pair is hashed (`pairs`), so every origin that
   meets the same choice joins it, and it is shifted at once.
3. Sweeps over all pairs: each shifts ``(c1 - c2) / sum t'`` within what its origins carry on the
   dearer segment, and costs follow link by link (`shifting`). Conjugate steps between the sweeps
   replace most of them on congested networks (`sweeps`).

Few pairs say all: some hundred or thousand for a city, where path methods hold hundreds of
thousands of paths. Once the right ones are known, rounds gain several digits each.

It starts by loading origin after origin on trees, costs following (`placing`), or from an earlier
result, whatever of demand, costs, turns and closures has changed (`resuming`): earlier flows serve
as shares by which the new demand is led back to its origins (`bushes`), earlier pairs are swept
first. At the end flows are led back once more, so that they have no cycle and balance at every
point; that is also how a class's flow is split among its segments (`origin_flows`).

Origin flows lie in small hash tables (`flow_table`), since an origin uses few of a city's links.
Everything is serial but the trees, which depend on no other origin: the same bytes come out
whatever the number of threads.

Sources: Bar-Gera 2010, "Traffic assignment by paired alternative segments", Transportation Research
Part B 44(8-9) (the method, bushes and approach proportions); Xie and Xie 2016, "New insights and
improvements of using paired alternative segments for traffic assignment", Part B 93 (pairs found
from links off the tree, traced along the largest flow, origins sharing pairs).
"""
