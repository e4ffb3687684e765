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

/** Something that a list can be filtered by: how that is set, and how it reads when it is. */
export interface UiFilter {
  /** Names it in the address, and the slot of a control of its own. */
  readonly name: string;
  /** What it is called, on its control and on chips. Without it, it is a way to look at the list and leaves no chip. */
  readonly label?: string;
  /** How it is set: `menu` for several values, `one` for one of them, `select` where one more stands for all. */
  readonly as?: 'search' | 'menu' | 'one' | 'select' | 'check';
  readonly options?: readonly UiOption[];
  /** What the control says where that is not its label: what to search for, how "all" is called, what to check. */
  readonly says?: string;
  readonly icon?: string;
  /** How a value reads that may not be among the options. */
  readonly text?: (value: string) => string;
}
