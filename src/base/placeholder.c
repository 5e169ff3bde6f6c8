typedef int base_room_is_empty;
