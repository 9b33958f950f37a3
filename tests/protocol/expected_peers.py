"""Prints the expected lists of perturbench_test.cpp and spectral_overlap_test.cpp: the steps of those programs written anew
on CPython's random, NumPy's RandomState and scikit-learn's train_test_split:  python3 expected_peers.py
(CPython 3.11, NumPy 2.4.6 and scikit-learn 1.9.1 were used)"""
import math
import random

import numpy
from sklearn.model_selection import train_test_split


def halves(held_out, seed):
    """(condition, context) pairs into validation and test, half of each context; lone ones go."""
    contexts = [context for _, context in held_out]
    held_out = [pair for pair in held_out if contexts.count(pair[1]) > 1]
    return train_test_split(held_out, stratify=[str(frozenset([c])) for _, c in held_out], test_size=0.5, random_state=seed)


def transfer(measured, seed, share, most_contexts, min_train=1, cap=200):
    contexts = sorted({context for _, context in measured})
    room = {c: min(share * sum(1 for _, other in measured if other == c), cap) for c in contexts}
    of = {p: [c for c in contexts if (p, c) in measured] for p in sorted({p for p, _ in measured}) if p != "ctrl"}
    of = dict(sorted(of.items(), key=lambda item: len(item[1]), reverse=True))
    state = numpy.random.RandomState(seed)
    seeds = [int(state.randint(100000)) for _ in of]
    count, held_out = dict.fromkeys(contexts, 0), []
    for own_seed, (condition, own) in zip(seeds, of.items()):
        pool = [c for c in own if count[c] < room[c]] if len(own) > min_train else []
        if pool:
            random.seed(own_seed)
            n = random.randint(1, max(len(pool) - len(contexts) + most_contexts, 1))
            for context in random.sample(pool, n):
                count[context] += 1
                held_out.append((condition, context))
    return halves(held_out, seed)


def combine(doubles, seed, share):
    random.seed(seed)
    held_out = random.sample(sorted(doubles), int(share * len(doubles)))
    return halves([(c, "K562") for c in held_out], seed)


def inverse(singles, doubles, seed, share):
    random.seed(seed)
    pool, held_out = random.sample(sorted(singles), len(singles)), []
    while len(held_out) < int(share * (len(singles) + 1)) and pool:
        held_out.append(pool.pop())
        partners = {g for d in doubles if held_out[-1] in d.split("+") for g in d.split("+")}
        pool = [s for s in pool if s not in partners]
    return halves([(c, "K562") for c in held_out], seed)


def show(title, parts):
    for name, part in zip(("validation", "test"), parts):
        print(title, name, " ".join(sorted("/".join(pair) for pair in part)))


measured = {(f"P{i:02}", c) for i in range(20) for c in ("A549", "K562", "RPE1") if c != "K562" or i % 7 != 3}
measured |= {("ctrl", c) for c in ("A549", "K562", "RPE1")}
for seed in (1, 54):
    show(f"transfer {seed} 0.3 1:", transfer(measured, seed, 0.3, 1))
show("transfer 7 0.4 2:", transfer(measured, 7, 0.4, 2))

SINGLES = [f"S{i:02}" for i in range(12)]
DOUBLES = "S00+S01 S02+S03 S04+S05 S06+S07 S00+S02 S08+S09 S10+S11 S01+S05".split()
show("combine 1 0.5:", combine(DOUBLES, 1, 0.5))
show("inverse 1 0.5:", inverse(SINGLES, DOUBLES, 1, 0.5))
show("inverse 3 0.3:", inverse(SINGLES, DOUBLES, 3, 0.3))


def spectral(profiles, s, seed):
    n = len(profiles)
    weight = lambda i, j: -math.sqrt(sum((a - b) ** 2 for a, b in zip(profiles[i], profiles[j]))) / math.log(2)
    edges = [w for i in range(n) for j in range(i + 1, n) if (w := weight(i, j)) < 0]
    random.seed(seed)
    left, kept = list(range(n)), []
    while any(weight(i, j) < 0 for i in left for j in left if i < j):
        chosen = random.choice(left)
        kept.append(chosen)
        gone = {chosen}
        for other in left:
            w = weight(chosen, other)
            if other == chosen or w == 0:
                continue
            below, not_above = sum(e < w for e in edges), sum(e <= w for e in edges)
            if s == 1:
                gone.add(other)
            elif random.random() < s and (below + not_above + (not_above > below)) * 50 / len(edges) > (1 - s) * 100:
                gone.add(other)
        left = [i for i in left if i not in gone]
    kept += left
    order = numpy.random.RandomState(seed).permutation(len(kept))
    n_test = math.ceil(0.2 * len(kept))
    test, train = [[kept[i] for i in part] for part in (order[:n_test], order[n_test:])]
    overlap = sum(weight(i, j) for i in test for j in train) / (len(test) * len(train))
    return sorted(train), sorted(test), overlap


PROFILES = [[(i * 37 + g * 101 + i * i * g * 13) % 23 for g in range(6)] for i in range(30)]
PROFILES[7] = PROFILES[4]  # twins: no edge
for s in (0.0, 0.3, 0.6):
    for seed in (42, 46):
        print("spectral", s, seed, *spectral(PROFILES, s, seed))
