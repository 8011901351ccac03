#!/bin/sh
# `purge` removes the queues too; `remove` leaves them.
set -e
if [ "$1" = purge ]; then
  rm -rf /var/lib/private/flamegate /var/lib/flamegate
fi
if [ -d /run/systemd/system ]; then
  systemctl daemon-reload
fi
