/** A column of a table that becomes cards where there is no room for columns. */
export interface UiColumn {
  /** Names the slot of its cells, and what is remembered when somebody hides it. */
  readonly name: string;
  readonly label: string;
  /** Numbers stand at the end, so that their digits stand under each other. */
  readonly align?: 'end';
  /** The field that the list can be ordered by. */
  readonly sort?: string;
  /** Where it goes on a card: its heading, the corner beside it, or nowhere. Other columns become lines. */
  readonly card?: 'heading' | 'corner' | 'hidden';
  /** Cannot be hidden. */
  readonly fixed?: boolean;
  /** Texts that may take several lines; all others keep to one. */
  readonly wrap?: true;
  /** Begins where its row begins, beside cells of several lines. */
  readonly top?: true;
  /** Hidden until somebody asks for it. */
  readonly optional?: boolean;
}

export interface UiSort {
  readonly field: string;
  readonly direction: 'ASC' | 'DESC';
}

export interface UiOption<Value extends string = string> {
  readonly value: Value;
  readonly label: string;
}

export type UiTone = 'neutral' | 'primary' | 'success' | 'warning' | 'error' | 'info';
