# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
#
# What ./tombolo, ./tombolo-bench/run and ./format share: finding a JDK, and building what is not
# built or out of date. Sourced, after $root was set to the repository and $me to the command's name.
#
# A build is a directory of jars under target/launch/<module>/; the file "current" beside it names
# the newest. A build that has been named is never changed, and the one before it is kept, so a
# command that runs while another one builds keeps its jars.

least=25

fail() {
  echo "$me: $1" >&2
  exit 2
}

# Java takes the locale's word for what the bytes of a file name and of an argument mean. In the C
# locale it loses all that are not ASCII. So it gets one in which they are UTF-8, as all its text is.
LC_ALL=C.UTF-8
export LC_ALL

case $root in
  *:*) fail "$root: Java cuts a path at a colon; move Tombolo to a directory without one" ;;
esac

# is_jdk DIRECTORY: whether a JDK that is new enough is there; sets $jdk_version. Asks its release
# file, because starting it would cost more than all the rest of the launcher.
is_jdk() {
  [ -x "$1/bin/javac" ] && [ -r "$1/release" ] || return 1
  while IFS='=' read -r key value; do
    if [ "$key" = JAVA_VERSION ]; then
      jdk_version=${value#\"}
      jdk_version=${jdk_version%\"}
      [ "${jdk_version%%[!0-9]*}" -ge "$least" ]
      return # the lines below are long, and a shell reads them byte by byte
    fi
  done <"$1/release"
  return 1
}

# find_jdk: sets $jdk, and $jdk_version.
find_jdk() {
  for jdk in "${JAVA_HOME:-}" /usr/lib/jvm/* /Library/Java/JavaVirtualMachines/*/Contents/Home; do
    is_jdk "$jdk" && return
  done
  on_path=$(command -v javac) || on_path=
  [ -L "$on_path" ] && on_path=$(readlink -f "$on_path")
  jdk=${on_path%/bin/javac}
  is_jdk "$jdk" && return
  fail "no JDK $least or later in JAVA_HOME, /usr/lib/jvm or PATH: install one, or set JAVA_HOME to it"
}

# is_current MODULE: sets $jars to the newest build of a module; true where no source is newer.
is_current() {
  state=$root/target/launch/$1
  jars=
  [ -r "$state/current" ] || return 1
  read -r name <"$state/current"
  jars=$state/$name
  [ -d "$jars" ] || return 1
  newer=$(find "$root/pom.xml" "$root"/tombolo-*/pom.xml "$root"/tombolo-*/src/main \
    -newer "$state/current" -print -quit)
  [ -z "$newer" ]
}

# up_to_date MODULE: sets $jars to a directory that has the jars of the module and of all that it
# needs, built from the sources as they are.
up_to_date() {
  is_current "$1" && return
  if ! { mkdir -p "$state" && [ -w "$state" ] && [ -w "$root/target/launch" ]; } 2>/dev/null; then
    [ -n "$jars" ] ||
      fail "there is no build, and $state cannot be made or written: build it where that is possible"
    echo "$me: the sources are newer than the build, and $root cannot be written:" \
      "starting the older build" >&2
    return
  fi
  lock "$root/target/launch/lock"
  is_current "$1" || build "$1"
  unlock
}

# build MODULE: makes a new build of it. The caller holds the lock. Where the command has defined
# finish_build, that has the last word on the new $jars.
build() {
  command -v mvn >/dev/null || fail "Maven is needed to build Tombolo: install it (Debian: maven)"
  if [ -n "$jars" ]; then
    echo "$me: building (the sources have changed)…" >&2
  else
    echo "$me: building (first time, about a minute)…" >&2
  fi
  previous=$jars
  jars=$state/$(date +%Y%m%d-%H%M%S)-$$
  log=$root/target/launch/build.log
  mkdir "$jars"
  # What an older build, or that of a release, has left is not for the launcher.
  rm -rf "$root/$1"/target/lib "$root/$1/target/$1"-*.jar
  # It will be as old as the start of the build: a source that is edited meanwhile is newer.
  echo "${jars##*/}" >"$state/next"
  JAVA_HOME=$jdk mvn -B -ntp -f "$root/pom.xml" -pl "$1" -am -Dmaven.test.skip=true package \
    >"$log" 2>&1 </dev/null || build_failed
  cp "$root/$1"/target/lib/*.jar "$root/$1/target/$1"-*.jar "$jars/" || build_failed
  if command -v finish_build >/dev/null; then
    finish_build >>"$log" 2>&1 </dev/null
  fi
  for old in "$state"/*-*-*; do
    [ "$old" = "$jars" ] || [ "$old" = "$previous" ] || rm -rf "$old"
  done
  mv "$state/next" "$state/current"
}

build_failed() {
  rm -rf "${jars:?}" "$state/next"
  unlock
  errors=$(grep -E '^\[(ERROR\] |WARNING\] /)' "$log" | awk '!seen[$0]++' | grep -v -E \
    'COMPILATION ERROR|\[Help 1\]|\] *$|-run Maven|For more information|After correcting|mvn <args>')
  echo "${errors:-$(tail -n 5 "$log")}" | head -n 5 >&2
  fail "the build failed; Maven's log is $log"
}

# lock FILE, unlock: one build at a time. flock's lock ends with the processes that hold it; without
# flock, a lock whose owner has gone is broken.
lock() {
  if command -v flock >/dev/null; then
    exec 9>"$1"
    flock 9
    return
  fi
  lock=$1.d
  until mkdir "$lock" 2>/dev/null; do
    owner=$(cat "$lock/owner" 2>/dev/null) && ! kill -0 "$owner" 2>/dev/null && rm -rf "$lock"
    sleep 1
  done
  echo $$ >"$lock/owner"
}

unlock() {
  exec 9>&-
  [ -z "${lock:-}" ] || rm -rf "$lock"
}
