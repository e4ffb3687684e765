/** The English catalog: it says which texts there are. Rooms keep their own words. */
import { shell } from '../shell/shell.en.ts';
import { common } from './common.en.ts';

export const en = { ...common, shell };

export type Texts = typeof en;
