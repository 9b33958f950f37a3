#!/usr/bin/env bash
# The programs that benchmarks compare with, in a virtual environment of their own. Nothing else needs them.
#   bash tests/bench/install_peers.sh FOLDER        (about 1 GB; needs python3-venv and the network)
set -euo pipefail
folder=${1:?name the folder of the virtual environment}
python3 -m venv "$folder"
"$folder/bin/pip" install --quiet scanpy==1.11.5 illico==0.6.0 pdex==0.3.0 cell-eval==0.8.2 scikit-learn==1.9.1
"$folder/bin/python" -c 'import anndata, illico, pdex, scanpy; print("scanpy", scanpy.__version__, "anndata", anndata.__version__)'
echo "peers are in $folder: run benchmarks with $folder/bin/python"
