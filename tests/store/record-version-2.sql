-- A record as version 2 of renderline's state.db held it.
PRAGMA application_id = 0x524E444C;
PRAGMA user_version = 2;
BEGIN TRANSACTION;
CREATE TABLE artifacts (
    attempt_id TEXT PRIMARY KEY NOT NULL REFERENCES attempts (id),
    path TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    size_bytes INTEGER NOT NULL,
    media_type TEXT NOT NULL,
    width_px INTEGER,
    height_px INTEGER,
    duration_s REAL,
    fps REAL,
    checksum INTEGER NOT NULL
);
INSERT INTO "artifacts" VALUES('id-1','shot1.mp4','aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa',9,'video/mp4',768,512,5.0,24.0,930676624);
CREATE TABLE attempts (
    born INTEGER PRIMARY KEY,
    sequence INTEGER NOT NULL UNIQUE,
    id TEXT NOT NULL UNIQUE,
    task_key TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    number INTEGER NOT NULL,
    status TEXT NOT NULL,
    shot TEXT NOT NULL,
    take INTEGER NOT NULL,
    provider TEXT NOT NULL,
    model TEXT NOT NULL,
    params TEXT NOT NULL,
    path TEXT NOT NULL,
    request TEXT NOT NULL,
    endpoint TEXT NOT NULL,
    remote_id TEXT NOT NULL,
    run_id TEXT NOT NULL,
    prepared_at TEXT NOT NULL,
    submitted_at TEXT,
    rendered_at TEXT,
    saved_at TEXT,
    source_url TEXT NOT NULL,
    result_id TEXT NOT NULL,
    seed TEXT,
    cost_usd REAL,
    ceiling_usd REAL,
    key_mark TEXT NOT NULL,
    error_kind TEXT NOT NULL,
    error_message TEXT NOT NULL,
    is_final INTEGER NOT NULL,
    checksum INTEGER NOT NULL,
    UNIQUE (endpoint, task_key, fingerprint, number)
);
INSERT INTO "attempts" VALUES(1,1,'id-1','shot1','ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff',1,'saved','shot1',1,'runware','runware:210@1','{"prompt":"a steam train","width":768}','shot1.mp4','{"taskType":"videoInference"}','offline','id-1','run-1','2026-11-21T12:00:00+00:00','2026-11-21T12:00:00+00:00','2026-11-21T12:02:00+00:00','2026-11-21T12:03:00+00:00','https://im.example.test/1.mp4?sig=x','','18446744073709551615',0.25,0.5,'beef','','',0,1168438405);
INSERT INTO "attempts" VALUES(2,2,'id-2','shot2','ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff',1,'submitted','shot2',1,'runware','runware:210@1','{"prompt":"a steam train","width":768}','shot2.mp4','{"taskType":"videoInference"}','offline','id-2','run-1','2026-11-21T12:00:00+00:00',NULL,NULL,NULL,'','',NULL,NULL,NULL,'beef','','',0,1559993105);
INSERT INTO "attempts" VALUES(3,3,'id-3','shot3','ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff',1,'failed','shot3',1,'aimlapi','runware:210@1','{"prompt":"a steam train","width":768}','shot3.mp4','{"taskType":"videoInference"}','offline','','run-1','2026-11-21T12:00:00+00:00',NULL,NULL,NULL,'','',NULL,NULL,NULL,'','rejected','Une phrase refusée',1,1563418254);
CREATE TABLE meta (
    only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
    project TEXT NOT NULL,
    kind TEXT NOT NULL,
    created TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%SZ', 'now'))
);
INSERT INTO "meta" VALUES(1,'film','paid','2026-11-21T22:13:44Z');
CREATE TABLE runs (
    run_id TEXT PRIMARY KEY NOT NULL,
    pid INTEGER NOT NULL,
    host TEXT NOT NULL,
    started TEXT NOT NULL,
    ended TEXT,
    exit_status INTEGER
);
COMMIT;
