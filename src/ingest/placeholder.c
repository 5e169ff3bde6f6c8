typedef int ingest_room_is_empty;
