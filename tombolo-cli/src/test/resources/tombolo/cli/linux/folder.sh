# SPDX-License-Identifier: Apache-2.0
# What a guest does in a folder that the host shares. FolderLinuxTest knows what has to come out.
mkdir /shared /fixed
mount -t 9p -o trans=virtio,version=9p2000.L host /shared || echo "mount: $?"
mount -t 9p -o trans=virtio,version=9p2000.L fixed /fixed || echo "mount: $?"

echo "== begin"
cd /shared
echo "read: $(cat hello)"
echo "big: $(sha256sum <big | cut -d ' ' -f 1)"
echo "names: $(ls -a | tr '\n' ' ')"
echo "link: $(cat in)"
cat out >/dev/null 2>&1 && echo "out: $(head -c 20 out)"

mkdir -p made/below
seq 1 200000 >made/below/numbers
echo "made: $(sha256sum <made/below/numbers | cut -d ' ' -f 1)"
mv made/below/numbers made/moved
chmod 640 made/moved
touch -d "2001-02-03 04:05:06" made/moved
ln -s moved made/link
echo "through the link: $(wc -l <made/link)"
ln -s /etc/passwd made/planted 2>/dev/null && echo "planted a link"
ln made/moved made/hard 2>/dev/null && echo "made a hard link"
echo appended >>hello
echo "mode: $(stat -c '%a %s' made/moved)"
i=0
while [ $i -lt 300 ]; do
  echo $i >made/below/$i
  i=$((i + 1))
done
echo "files: $(ls made/below | wc -l)"
cat made/below/* | awk '{ s += $1 } END { print "sum: " s }'
rm -r made/below
[ -e made/below ] || echo "removed"
exec 3<>open
rm open
echo "nameless" >&3
exec 3>&-
sync
df /shared >/dev/null && echo "df: 0"

echo "fixed: $(cat /fixed/hello)"
touch /fixed/new 2>/dev/null && echo "wrote to fixed"
rm /fixed/hello 2>/dev/null && echo "removed from fixed"
cd /
umount /shared && echo "unmounted"
echo "== end"
