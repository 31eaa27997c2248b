/** What an account may do: look; look, acknowledge and adjust; everything, accounts included. */
export const ROLES = ['viewer', 'technician', 'admin'] as const;
export type Role = (typeof ROLES)[number];

/** What a session may do; a wall screen sees less than a person does. */
export type Rank = 'wall' | Role;
