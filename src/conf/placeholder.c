typedef int conf_room_is_empty;
