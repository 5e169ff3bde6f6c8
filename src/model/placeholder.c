typedef int model_room_is_empty;
