//! Cycles of a directed graph.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// The imports of each node, by number.
pub(super) type Imports = BTreeMap<usize, BTreeSet<usize>>;

/// Returns one shortest cycle for each group of nodes that all reach each other.
pub(super) fn circles(imports: &Imports) -> Vec<Vec<usize>> {
    let mut found = Vec::new();
    let mut seen = BTreeSet::new();
    for &node in imports.keys() {
        if !seen.contains(&node)
            && let Some(circle) = shortest_circle(imports, node)
        {
            let group = reachable(imports, node)
                .into_iter()
                .filter(|&other| reachable(imports, other).contains(&node));
            seen.extend(group);
            found.push(circle);
        }
    }
    found
}

/// Returns the nodes that a node reaches in at least one step.
fn reachable(imports: &Imports, from: usize) -> BTreeSet<usize> {
    let mut reached = BTreeSet::new();
    let mut open = vec![from];
    while let Some(node) = open.pop() {
        for &next in imports.get(&node).into_iter().flatten() {
            if reached.insert(next) {
                open.push(next);
            }
        }
    }
    reached
}

/// The shortest way from a node back to itself.
fn shortest_circle(imports: &Imports, start: usize) -> Option<Vec<usize>> {
    let mut before = BTreeMap::new();
    let mut open = VecDeque::from([start]);
    while let Some(node) = open.pop_front() {
        for &next in imports.get(&node).into_iter().flatten() {
            if next == start {
                let mut circle = vec![node];
                while let Some(&previous) = circle.last().and_then(|last| before.get(last)) {
                    circle.push(previous);
                }
                circle.reverse();
                return Some(circle);
            }
            before.entry(next).or_insert_with(|| {
                open.push_back(next);
                node
            });
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_group_of_nodes_has_one_shortest_circle() {
        for (edges, expected) in [
            (&[(0, 1), (1, 2), (0, 2)][..], vec![]),
            (&[(0, 1), (1, 0)], vec![vec![0, 1]]),
            (&[(0, 1), (1, 2), (2, 1), (2, 3)], vec![vec![1, 2]]),
            (&[(0, 1), (1, 2), (2, 0), (1, 0)], vec![vec![0, 1]]),
            (&[(0, 1), (1, 2), (2, 3), (3, 0)], vec![vec![0, 1, 2, 3]]),
            (
                &[(0, 1), (1, 0), (2, 3), (3, 2)],
                vec![vec![0, 1], vec![2, 3]],
            ),
        ] {
            let mut imports = Imports::new();
            for &(from, to) in edges {
                imports.entry(from).or_default().insert(to);
            }
            assert_eq!(circles(&imports), expected, "{edges:?}");
        }
    }
}
