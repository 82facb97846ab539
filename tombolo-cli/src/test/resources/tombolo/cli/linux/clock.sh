# SPDX-License-Identifier: Apache-2.0
# What a guest sees of its real-time clock. ClockLinuxTest knows what has to come out.
rtc=/sys/class/rtc/rtc0
fired() {
  awk '/101000\.rtc/ { print $2 }' /proc/interrupts
}

echo "== begin"
echo "name: $(cut -d ' ' -f 1 $rtc/name)"
echo "set: $(cat $rtc/hctosys)"
echo "now: $(date -u +%s)"
echo "rtc: $(cat $rtc/since_epoch)"
before=$(fired)
alarm
echo "alarms: $(($(fired) - before))"
date -u -s "2030-06-01 12:00:00" >/dev/null
hwclock -u -w
echo "written: $(date -u -d "@$(cat $rtc/since_epoch)" +%Y-%m-%dT%H)"
echo "== end"
