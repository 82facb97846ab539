// SPDX-License-Identifier: Apache-2.0
//
// Waits for an alarm of the first real-time clock, a second from now.

#include <fcntl.h>
#include <linux/rtc.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

int main(void) {
  int clock = open("/dev/rtc0", O_RDONLY);
  struct rtc_wkalrm alarm = {.enabled = 1};
  if (clock < 0 || ioctl(clock, RTC_RD_TIME, &alarm.time) != 0) {
    perror("rtc0");
    return 1;
  }
  struct tm time = {.tm_sec = alarm.time.tm_sec + 1,
                    .tm_min = alarm.time.tm_min,
                    .tm_hour = alarm.time.tm_hour,
                    .tm_mday = alarm.time.tm_mday,
                    .tm_mon = alarm.time.tm_mon,
                    .tm_year = alarm.time.tm_year};
  time_t at = timegm(&time);
  gmtime_r(&at, &time);
  alarm.time = (struct rtc_time){.tm_sec = time.tm_sec,
                                 .tm_min = time.tm_min,
                                 .tm_hour = time.tm_hour,
                                 .tm_mday = time.tm_mday,
                                 .tm_mon = time.tm_mon,
                                 .tm_year = time.tm_year};
  unsigned long events;
  if (ioctl(clock, RTC_WKALM_SET, &alarm) != 0 || read(clock, &events, sizeof events) < 0) {
    perror("alarm");
    return 1;
  }
  return 0;
}
