typedef int wire_room_is_empty;
