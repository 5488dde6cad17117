/** Declares the data that filters are applied to. */

/** Rows of Items or Users; only the columns that a filter asks for need to be there. */
export interface FilterTable {
  /** Each once. */
  readonly ids: readonly string[];
  readonly columns: readonly FilterCells[];
}

export interface FilterCells {
  /** As the schema has it. */
  readonly name: string;
  /** Of `categorical`, a cell joins its values by `|`. */
  readonly kind: 'text' | 'categorical' | 'number';
  /** In the order of the table's `ids`; empty where null. */
  readonly cells: readonly string[];
}

/** Interactions in the order of reading; `users`, `items` and `types` are places in the lists of names. */
export interface FilterEvents {
  readonly userIds: readonly string[];
  readonly itemIds: readonly string[];
  /** Empty for events without a type. */
  readonly typeNames: readonly string[];
  readonly users: Int32Array;
  readonly items: Int32Array;
  readonly types: Int32Array;
  /** Epoch seconds. */
  readonly times: Float64Array;
}

/** What a filter is applied to; a dataset that isn't there has no values. */
export interface FilterData {
  /** Ids by place: those of the items, or of the users, that may be listed. */
  readonly ids: readonly string[];
  readonly items?: FilterTable | undefined;
  readonly users?: FilterTable | undefined;
  readonly events?: FilterEvents | undefined;
}
