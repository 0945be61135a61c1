-- Every sign of life of every call changes last_seen_at. While an index held it, each of them was a new entry in all of the
-- table's indexes; without, the row is written in its place. The reaper finds the quiet ones among the open runs.
drop index runs_quiet;
