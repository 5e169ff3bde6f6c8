typedef int engine_room_is_empty;
