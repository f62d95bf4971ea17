// @modelcontextprotocol/server-filesystem
import { destroys, each, reads, writes } from './row.ts'
import type { ToolTable } from './row.ts'

const path = { paths: ['path'] }

export const filesystem: ToolTable = {
  ...each('read_file read_text_file read_media_file list_directory', reads(path)),
  ...each('list_directory_with_sizes directory_tree search_files get_file_info', reads(path)),
  list_allowed_directories: reads(),
  read_multiple_files: reads({ paths: ['paths'] }),
  create_directory: writes(path),
  // What was there before is gone.
  write_file: destroys(path),
  edit_file: writes({ ...path, undo: 'never' }),
  // What is at the destination is replaced, whatever its description says.
  move_file: destroys({ paths: ['source', 'destination'], extent: 'some' }),
}
