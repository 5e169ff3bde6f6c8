typedef int service_room_is_empty;
