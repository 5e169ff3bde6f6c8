typedef int loop_room_is_empty;
