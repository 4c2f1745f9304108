#!/bin/sh
# Run in the root of a repository with archive/, archive.lock and trust/own/ (made by: vnsign trust add).
# Exit code: the worst of both, as vnsign verify and vnsign archive check tell it.
set -u

# What this commit brings, each document with its reasons, for the merge request.
git diff-tree --no-commit-id --name-only --diff-filter=AM --root -r -z HEAD -- 'archive/*.pdf' >changed.list
documents=0
if [ -s changed.list ]; then
    vnsign verify - --trust trust/own --require level=B-LT --format junit --out report.xml <changed.list
    documents=$?
fi

# The whole archive: nothing changed or missing that the lock knows, nothing that will lapse within a year.
vnsign archive check archive --lock archive.lock --trust trust/own --frozen --strict --warn-months 12
archive=$?

[ "$documents" -ne 0 ] && exit "$documents"
exit "$archive"
