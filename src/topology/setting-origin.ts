/** Where a setting's value comes from. */
export type SettingOrigin =
  | { readonly kind: 'default' }
  | {
      readonly kind: 'file';
      /** From 1. */
      readonly line: number;
    }
  | { readonly kind: 'environment'; readonly variable: string };
