"""Prints the expected lists of gears_split_test.cpp and unseen_combination_test.cpp, drawn by NumPy itself:
python3 expected_splits.py   (NumPy 2.4.6 was used; RandomState is frozen, so any version gives the same)"""
import numpy

GENES = ["G" + letter for letter in "ABCDEFGHIJ"]
SINGLES = [gene + "+ctrl" for gene in GENES]
DOUBLES = ("GA+GB GC+GA GA+GD GE+GB GC+GF GB+GG GH+GC GI+GA GJ+GB GD+GE GD+GF GE+GG GH+GI GJ+GF "
           "GF+GG GG+GH GI+GJ GC+GD GE+GH GA+GJ").split()


def targets(condition):
    return [gene for gene in condition.split("+") if gene != "ctrl"]


def one_pass(conditions, gene_share, combination_share, seed):
    """Training conditions, and label of every held-out one (Systema notes, section 1.3)."""
    genes = sorted({gene for condition in conditions for gene in targets(condition)})
    drawn = set(numpy.random.RandomState(seed).choice(genes, int(gene_share * len(genes)), replace=False))
    seen = {c: sum(gene in drawn for gene in targets(c)) for c in conditions}
    held_out = {c: "unseen_single" if len(targets(c)) == 1 else f"seen{seen[c]}"
                for c in conditions if seen[c] < len(targets(c))}
    whole = sorted(c for c in conditions if len(targets(c)) > 1 and seen[c] == len(targets(c)))
    kept = set()
    if whole:
        kept = set(numpy.random.RandomState(seed).choice(whole, int(combination_share * len(whole)), replace=False))
    held_out.update({c: f"seen{seen[c]}" for c in whole if c not in kept})
    return sorted(c for c in conditions if c not in held_out), held_out


def show(title, part):
    print(" ", title, " ".join(sorted(part)))


for seed in (1, 2):
    print("gears", seed)
    outer, test = one_pass(SINGLES + DOUBLES, 0.75, 0.75, seed)
    train, validation = one_pass(outer, 0.9, 0.9, seed)
    show("train", train)
    for name, part in (("validation", validation), ("test", test)):
        for group in sorted(set(part.values())):
            show(f"{name} {group}", [c for c in part if part[c] == group])

for seed in (1, 2):
    print("combination", seed)
    random = numpy.random.RandomState(seed)
    doubles = sorted(DOUBLES)
    train = list(random.choice(doubles, len(doubles) // 2, replace=False))
    rest = [c for c in doubles if c not in train]
    test = list(random.choice(rest, len(rest) // 2, replace=False))
    show("train", train)
    show("validation", [c for c in rest if c not in test])
    show("test", test)
