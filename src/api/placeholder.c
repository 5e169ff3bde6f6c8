typedef int api_room_is_empty;
