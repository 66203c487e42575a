#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 the shearline authors
# SPDX-License-Identifier: BSL-1.0
# Installs the package in a bare Debian 12, with what docs/start.md says, and does there what that page says. As root:
#   clean_root.sh SOURCE_ROOT PACKAGE ROOT_FOLDER
set -euo pipefail
source=$1 package=$2 root=$3
# shellcheck disable=SC2016 # for apt-get
mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Codename: bookworm' | head -n 1)
[[ -d $root/usr ]] || debootstrap --variant=minbase bookworm "$root" "$mirror" >/dev/null
cp /etc/resolv.conf /etc/hosts "$root/etc/"
if compgen -G '/etc/apt/apt.conf.d/*proxy*' >/dev/null; then cp /etc/apt/apt.conf.d/*proxy* "$root/etc/apt/apt.conf.d/"; fi
rm -rf "$root/source" && mkdir "$root/source"
cp -r "$source"/{docs,include,LICENSE} "$root/source"
mkdir "$root/source/tests" && cp -r "$source"/tests/{consumer,docs} "$root/source/tests"
cp "$package" "$root/source/package.deb"

# What is mounted is gone when this ends, however it ends.
# shellcheck disable=SC2016 # the inner shells expand
exec unshare --mount bash -euc '
    mount -t proc proc "$0/proc" && mount --rbind /dev "$0/dev"
    exec env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive \
        ${http_proxy:+"http_proxy=$http_proxy"} chroot "$0" bash -euc "
            apt-get -q update >/dev/null
            page=\$(sed -n \"s/^sudo apt-get install \\([^.].*\\)/\\1/p\" /source/docs/start.md)
            apt-get -y -q install --no-install-recommends \$page python3 /source/package.deb >/dev/null
            python3 /source/tests/docs/newcomer.py /source installed"' "$root"
