typedef int store_room_is_empty;
