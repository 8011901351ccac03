#!/bin/sh
# Stopped when it is removed, not when it is upgraded.
set -e
if [ "$1" = remove ] && [ -d /run/systemd/system ]; then
  systemctl disable --now flamegate.service
fi
